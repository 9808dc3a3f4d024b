"""The open prompt without widgets: its draft, lanes, run and timeline."""
