"""Decode the pictures that anybody brings: any tones, damaged by hardware, hostile, and within a bounded memory."""
