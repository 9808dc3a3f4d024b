"""The open prompt: its draft, lanes, run and timeline, without a widget."""
