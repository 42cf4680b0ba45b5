"""Programs' doors over HTTP: the gate, the feed, the status."""
