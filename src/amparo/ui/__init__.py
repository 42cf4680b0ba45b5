"""What every page shares: the base templates, the style, the scripts."""
