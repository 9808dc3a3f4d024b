"""Sphinx's settings for the guide: `make docs` builds it, and fails for a link that leads nowhere."""

project = "Prompt Workbench"
author = "The authors of Prompt Workbench"
html_title = "Prompt Workbench"
extensions = ["myst_parser"]
exclude_patterns = ["DECISIONS.md"]
suppress_warnings = ["misc.highlighting_failure"]
myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3
html_theme = "furo"
html_static_path = ["site"]
html_css_files = ["guide.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_show_sphinx = False
