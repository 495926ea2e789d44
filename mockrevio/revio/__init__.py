"""What Rev.io does: its resources, rules, gateway and wire format. If Rev.io changed, only this would."""
