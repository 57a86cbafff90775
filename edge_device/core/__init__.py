"""What every camera does with a frame and its faces. Python 3.7-safe, with numpy and cv2 alone: a DeepLens runs it."""
