"""Send one synthetic capture through a deployed environment, and delete everything that it leaves."""
