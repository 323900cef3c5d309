"""What `manage.py report` can be asked for: its kinds, what the options say, and how a recipe is read back."""
