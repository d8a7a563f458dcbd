"""The steps, each with its description: what it asks, what it decides, and when one may go on."""
