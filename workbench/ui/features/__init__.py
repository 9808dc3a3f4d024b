"""What a person can do in the window, one folder for each feature.

Invariant: a feature knows the shell's services, widgets and the layers below; it knows neither the window nor another
feature.
"""
