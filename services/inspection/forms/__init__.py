"""What people read: the typst forms of certificate and record, and the page of the public check with its texts."""
