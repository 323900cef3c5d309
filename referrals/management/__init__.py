"""Commands for the shell: `manage.py help` lists them."""
