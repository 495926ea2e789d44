"""What Rev.io does: its resources, rules, gateway and wire format. A change in Rev.io belongs here."""
