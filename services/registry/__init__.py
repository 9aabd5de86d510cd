"""Registry: enterprises, sites, instruments, the catalogue, reference standards, inspectors, accounts."""
