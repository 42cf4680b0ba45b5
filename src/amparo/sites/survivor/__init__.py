"""The survivor's door: anonymous, quiet, no addresses kept."""
