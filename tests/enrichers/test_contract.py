"""What every component and the whole of them owe, whatever the story."""
