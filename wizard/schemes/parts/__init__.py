"""What several schemes are made of: commands, key lines, modules, and where folders land."""
