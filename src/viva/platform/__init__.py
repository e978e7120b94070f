"""What every module stands on and what knows nothing of interviews."""
