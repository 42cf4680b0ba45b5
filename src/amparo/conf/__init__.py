"""Settings, URLs and the server entry points: the only place that reads the environment."""
