"""This computer: its folders, keys, secrets, ssh and rsync."""
