"""The worked cases: a plan's people at work, from its first book to its evaluation."""

from __future__ import annotations

from ..doors import on_demand

with on_demand(__name__):
    from .demo import DemoReport, demo

__all__ = ["DemoReport", "demo"]
