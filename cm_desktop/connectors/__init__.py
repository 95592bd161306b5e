"""The only network to channels: one file per channel, one contract for all."""
