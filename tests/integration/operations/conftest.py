"""The monitor of these tests is that of its own."""

from integration.monitor.conftest import gateway, monitor, monitor_database

__all__ = ["gateway", "monitor", "monitor_database"]
