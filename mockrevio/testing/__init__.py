"""What a test author uses: the handle `MockRevio`, `intercept()`, the pytest plugin, testcontainers."""
