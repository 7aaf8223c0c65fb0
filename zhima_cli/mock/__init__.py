"""A gateway as strict as the interface's page, to try zhima and scripts against."""
