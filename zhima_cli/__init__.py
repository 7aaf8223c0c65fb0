"""zhima: call zhima.customer.certification.initialize and verify its answer."""

__version__ = "0.1.0"
