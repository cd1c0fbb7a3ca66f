"""Tests of shared/web: the sample service is what a colleague would write."""
