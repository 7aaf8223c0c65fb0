"""The table of faults: what zhima does when the gateway, the machine or the user misbehaves."""
