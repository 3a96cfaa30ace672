"""What the owner may change: schema, settings, techniques, TOML with errors in plain words; and the
firmware's config.txt."""
