"""The pages, one module a task. Here alone is asked who somebody is and what day it is."""
