"""Converts dlib's face recognition ResNet to ONNX, from the weights in npm `@vladmandic/face-api`.

The network is `dlib_face_recognition_resnet_model_v1` (D. King, public domain): 29 convolutions, 150 x 150 px input,
128 numbers output. The package stores most tensors as 8-bit numbers with a scale and a minimum. It stores affine layers
(batch normalization after training) separately from the convolutions.
"""

import json
import math
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

Array = npt.NDArray[np.float32]

_MEAN_RGB = (122.782, 117.001, 104.298)  # dlib's input_rgb_image_sized
_SCALE = 1 / 256  # 1/256 like dlib, not 1/255
# Groups of residual blocks in order: the block that halves the size (None: max-pooling already did), the other blocks,
# and whether the halving convolutions come out one pixel smaller than the shortcut (8 -> 3 and 4, 4 -> 1 and 2).
_GROUPS: tuple[tuple[str | None, tuple[str, ...], bool], ...] = (
    (None, ("conv32_1", "conv32_2", "conv32_3"), False),
    ("conv64_down", ("conv64_1", "conv64_2", "conv64_3"), False),
    ("conv128_down", ("conv128_1", "conv128_2"), False),
    ("conv256_down", ("conv256_1", "conv256_2"), True),
    ("conv256_down_out", (), True),
)


def build(directory: Path) -> bytes:
    """Build the serialized ONNX model: input `image` (n, 3, 150, 150) RGB 0..255, output `embedding` (n, 128)."""
    graph = _Graph(_read_weights(directory))
    x = graph.add("Sub", "image", graph.constant(np.array(_MEAN_RGB, np.float32).reshape(1, 3, 1, 1)))
    x = graph.add("Mul", x, graph.constant(np.array(_SCALE, np.float32)))
    x = graph.add("Relu", graph.convolution(x, "conv32_down", stride=2, padding=0))
    x = graph.add("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2])
    for down, blocks, smaller in _GROUPS:
        if down:
            x = graph.halving_block(x, down, smaller=smaller)
        for block in blocks:
            x = graph.residual_block(x, block)
    x = graph.add("Flatten", graph.add("GlobalAveragePool", x))
    return graph.serialize(graph.add("MatMul", x, graph.constant(graph.weights["fc"])))


def _read_weights(directory: Path) -> dict[str, Array]:
    manifest = json.loads((directory / "face_recognition_model-weights_manifest.json").read_text())[0]
    data = (directory / manifest["paths"][0]).read_bytes()
    weights, offset = {}, 0
    for entry in manifest["weights"]:
        coded = entry.get("quantization")
        raw = np.frombuffer(data, np.uint8 if coded else np.float32, math.prod(entry["shape"]), offset)
        tensor = raw.astype(np.float32) * coded["scale"] + coded["min"] if coded else raw
        weights[entry["name"]] = tensor.reshape(entry["shape"]).astype(np.float32)
        offset += raw.nbytes
    if offset != len(data):
        raise ValueError(f"{directory}: the manifest describes {offset} bytes of weights, the file has {len(data)}")
    return weights


class _Graph:
    """An ONNX graph under construction: each method adds nodes and returns the name of their output."""

    def __init__(self, weights: dict[str, Array]) -> None:
        self.weights = weights
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []
        self._names = (f"t{number}" for number in count())

    def add(self, operator: str, *inputs: str, **attributes: Any) -> str:
        output = next(self._names)
        self._nodes.append(helper.make_node(operator, inputs, [output], **attributes))
        return output

    def constant(self, value: npt.NDArray[Any]) -> str:
        name = next(self._names)
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def convolution(self, x: str, layer: str, *, stride: int, padding: int) -> str:
        """Add a convolution with its affine layer folded in: s(wx + b) + t = (sw)x + (sb + t)."""
        scale, shift = self.weights[f"{layer}/scale/weights"], self.weights[f"{layer}/scale/biases"]
        # TensorFlow stores (height, width, in, out); ONNX expects (out, in, height, width).
        filters = self.weights[f"{layer}/conv/filters"].transpose(3, 2, 0, 1) * scale[:, None, None, None]
        bias = self.weights[f"{layer}/conv/bias"] * scale + shift
        return self.add(
            "Conv", x, self.constant(filters), self.constant(bias), strides=[stride] * 2, pads=[padding] * 4
        )

    def residual_block(self, x: str, block: str) -> str:
        inner = self.add("Relu", self.convolution(x, f"{block}/conv1", stride=1, padding=1))
        return self.add("Relu", self.add("Add", self.convolution(inner, f"{block}/conv2", stride=1, padding=1), x))

    def halving_block(self, x: str, block: str, *, smaller: bool) -> str:
        inner = self.add("Relu", self.convolution(x, f"{block}/conv1", stride=2, padding=0))
        main = self.convolution(inner, f"{block}/conv2", stride=1, padding=1)
        if smaller:  # a row and a column of zeros at the bottom and the right
            main = self._pad(main, channels=0, pixels=1)
        shortcut = self.add("AveragePool", x, kernel_shape=[2, 2], strides=[2, 2])
        missing = (
            self.weights[f"{block}/conv2/conv/filters"].shape[3] - self.weights[f"{block}/conv1/conv/filters"].shape[2]
        )
        if missing:
            shortcut = self._pad(shortcut, channels=missing, pixels=0)
        return self.add("Relu", self.add("Add", main, shortcut))

    def _pad(self, x: str, *, channels: int, pixels: int) -> str:
        return self.add("Pad", x, self.constant(np.array([0, 0, 0, 0, 0, channels, pixels, pixels], np.int64)))

    def serialize(self, output: str) -> bytes:
        graph = helper.make_graph(
            [*self._nodes, helper.make_node("Identity", [output], ["embedding"])],
            "dlib_face_recognition_resnet_model_v1",
            [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 3, 150, 150])],
            [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["n", 128])],
            self._constants,
        )
        # Both onnxruntime and OpenCV's dnn module read opset 13 and IR 8.
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
        onnx.checker.check_model(model)
        return bytes(model.SerializeToString())
