"""The home screen: every backup on this computer, and what can be done with each."""
