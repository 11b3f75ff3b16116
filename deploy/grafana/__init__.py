"""The dashboards: written as Python, kept as the JSON that Grafana loads.

`python -m deploy.grafana` writes the JSON anew; a test sees to it that it is current.
"""
