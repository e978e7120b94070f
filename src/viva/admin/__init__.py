"""The dashboard: pages for the hiring side that need several modules."""
