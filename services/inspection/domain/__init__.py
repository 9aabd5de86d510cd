"""The rules of inspection, one noun a file. Nothing here knows a database, a web server or Kafka."""
