"""What the screens of the product say and offer, compared with what was approved.

The files below `approved` are the screens as text: controls with their words and states, rows, menus and tooltips, what
each command changes, and the help of the terminal. A changed screen shows as a difference, to be read like code. It is
approved with

    python -m tests.ui.screens
"""
