"""The demonstration: invented reports sent through the channels and worked on through the desks, as people would."""
