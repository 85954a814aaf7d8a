"""Makes the fixtures of VisionTests and what other programs read in them.

Needs Pillow and NumPy (made with Pillow 13.0.0, libjpeg-turbo 3.2.0). Run from anywhere; writes into
Tests/VisionTests/Fixtures:

- images: small JPEG and PNG files of every kind, sound and broken;
- decoded.json: what Pillow decodes in the sound ones, upright and as RGB;
- resized.json: what Pillow makes of parts of one picture at other sizes;
- views.json: crops and flips by torchvision's published procedure, from Random123's published generator.
"""

import base64
import io
import json
import math
import pathlib
import struct
import zlib

import numpy as np
from PIL import Image, ImageOps

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "VisionTests" / "Fixtures"


def text(pixels):
    return base64.b64encode(np.ascontiguousarray(pixels, dtype=np.uint8).tobytes()).decode()


def picture(width, height, channels=3):
    """Smooth, with some noise, no two corners alike, and the whole range of values."""
    rng = np.random.default_rng(7)
    y, x = np.mgrid[0:height, 0:width]
    planes = [127 + 90 * np.sin(x / (3 + c) + c) + 60 * np.cos(y / (4 - c / 2)) for c in range(channels)]
    values = np.stack(planes, axis=-1) + rng.normal(0, 12, (height, width, channels))
    return np.clip(values, 0, 255).astype(np.uint8)


# ---------------------------------------------------------------- JPEG


def jpeg(image, **options):
    file = io.BytesIO()
    image.save(file, "JPEG", **{"quality": 88, **options})
    return file.getvalue()


def find_marker(data, *codes):
    """The offset of the first segment with one of these marker codes."""
    at = 2
    while data[at + 1] not in codes:
        at += 2 + struct.unpack(">H", data[at + 2 : at + 4])[0]
    return at


def patched(data, offset, values):
    return data[:offset] + bytes(values) + data[offset + len(values) :]


def exif(orientation, order):
    """An EXIF segment's contents, in either byte order; Pillow writes only one."""
    mark, sign = (b"II", "<") if order == "little" else (b"MM", ">")
    entries = [(0x010F, 2, 4, b"mi\0\0"), (0x0112, 3, 1, struct.pack(sign + "HH", orientation, 0))]
    body = mark + struct.pack(sign + "HIH", 42, 8, len(entries))
    for tag, kind, count, value in entries:
        body += struct.pack(sign + "HHI", tag, kind, count) + value
    return b"Exif\0\0" + body + b"\0\0\0\0"


def many_scans():
    """A valid progressive JPEG with 190 scans of one grey block: each coefficient of its own, in three steps
    of precision. All coefficients are 0, so that every scan is the bit 0, padded with ones."""
    def segment(code, body):
        return bytes([0xFF, code]) + struct.pack(">H", len(body) + 2) + body

    only_symbol_zero = bytes([1] + 15 * [0] + [0])
    data = b"\xFF\xD8" + segment(0xDB, bytes([0] + 64 * [1]))
    data += segment(0xC2, struct.pack(">BHHBBBB", 8, 8, 8, 1, 1, 0x11, 0))
    data += segment(0xC4, b"\x00" + only_symbol_zero + b"\x10" + only_symbol_zero)
    steps = [(0, 0, 0x00)] + [(k, k, step) for k in range(1, 64) for step in (0x02, 0x21, 0x10)]
    for first, last, step in steps:
        data += segment(0xDA, bytes([1, 1, 0x00, first, last, step])) + b"\x7F"
    return data + b"\xFF\xD9"


def jpegs():
    image = Image.fromarray(picture(23, 17))
    cmyk = jpeg(Image.fromarray(picture(23, 17, 4), "CMYK"))
    adobe = find_marker(cmyk, 0xEE)
    files = {
        "baseline.jpg": jpeg(image),
        "444.jpg": jpeg(image, subsampling=0),
        "422.jpg": jpeg(image, subsampling=1),
        "progressive.jpg": jpeg(image, progressive=True),
        "restarts.jpg": jpeg(image, restart_marker_blocks=1),
        "rgb.jpg": jpeg(image, keep_rgb=True),
        "grey.jpg": jpeg(image.convert("L")),
        "cmyk.jpg": cmyk,
        # The byte that says how the four channels are coded: 0 CMYK, 2 YCCK.
        "ycck.jpg": patched(cmyk, adobe + 15, [2]),
    }
    for orientation in range(1, 9):
        order = "little" if orientation % 2 else "big"
        files[f"orientation{orientation}.jpg"] = jpeg(image, exif=exif(orientation, order))
    return files


def broken_jpegs():
    sound = jpeg(Image.fromarray(picture(23, 17)))
    frame = find_marker(sound, 0xC0)
    # Marker, length, then precision, height, width. Twelve bits need the extended sequential marker.
    return {
        "12bit.jpg": patched(patched(sound, frame + 1, [0xC1]), frame + 4, [12]),
        "huge.jpg": patched(sound, frame + 5, struct.pack(">HH", 65500, 65500)),
        "scans.jpg": many_scans(),
    }


# ---------------------------------------------------------------- PNG


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def packed(samples, bits):
    """Rows of samples (height, width, channels) as a PNG holds them, each with filter 0."""
    rows = []
    for row in samples.reshape(samples.shape[0], -1):
        if bits == 16:
            body = row.astype(">u2").tobytes()
        else:
            digits = "".join(format(int(value), f"0{bits}b") for value in row)
            digits += "0" * (-len(digits) % 8)
            body = int(digits, 2).to_bytes(len(digits) // 8, "big")
        rows.append(b"\0" + body)
    return b"".join(rows)


ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def png(samples, bits, color, interlaced=False, between=b""):
    """Any kind of PNG; Pillow writes only some."""
    height, width = samples.shape[:2]
    passes = [samples]
    if interlaced:
        passes = [samples[y::down, x::right] for x, y, right, down in ADAM7]
    data = b"".join(packed(part, bits) for part in passes if part.size)
    header = struct.pack(">IIBBBBB", width, height, bits, color, 0, 0, int(interlaced))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + between + chunk(b"IDAT", zlib.compress(data, 9))
        + chunk(b"IEND", b"")
    )


def pngs():
    rgb = picture(23, 17)
    rgba = picture(23, 17, 4)
    grey = rgb[:, :, :1]
    wide = rgba.astype(np.uint16) * 256 + rgba[::-1]
    index = grey // 43
    palette = chunk(b"PLTE", picture(6, 1).tobytes())
    transparency = chunk(b"tRNS", bytes([0, 128, 255, 7]))
    return {
        "rgb8.png": png(rgb, 8, 2),
        "rgb16.png": png(wide[:, :, :3], 16, 2),
        "rgba8.png": png(rgba, 8, 6),
        "rgba16.png": png(wide, 16, 6),
        "grey1.png": png(grey // 128, 1, 0),
        "grey2.png": png(grey // 64, 2, 0),
        "grey4.png": png(grey // 16, 4, 0),
        "grey8.png": png(grey, 8, 0),
        "grey16.png": png(wide[:, :, :1], 16, 0),
        "greyalpha8.png": png(rgba[:, :, :2], 8, 4),
        "greyalpha16.png": png(wide[:, :, :2], 16, 4),
        "palette4.png": png(index, 4, 3, between=palette),
        "palette8-trns.png": png(index, 8, 3, between=palette + transparency),
        "rgb8-trns.png": png(rgb, 8, 2, between=chunk(b"tRNS", struct.pack(">3H", *rgb[0, 0]))),
        "interlaced-rgb8.png": png(rgb, 8, 2, interlaced=True),
        "interlaced-rgba16.png": png(wide, 16, 6, interlaced=True),
        "interlaced-grey2.png": png(grey // 64, 2, 0, interlaced=True),
        "png-named.JPEG": png(rgb, 8, 2),
    }


def broken_pngs():
    sound = png(picture(23, 17), 8, 2)
    header = struct.pack(">IIBBBBB", 2**31 - 1, 2**31 - 1, 8, 2, 0, 0, 0)
    return {
        "huge.png": sound[:8] + chunk(b"IHDR", header) + sound[33:],
        "badcrc.png": patched(sound, len(sound) - 16, [sound[-16] ^ 1]),
    }


# ---------------------------------------------------------------- what Pillow reads in them


def decoded(files):
    result = {}
    for name, data in files.items():
        image = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
        if image.mode == "I;16":
            # Pillow's own conversion clips at 255, which makes nearly everything white.
            image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
        image = image.convert("RGB")
        result[name] = {"width": image.width, "height": image.height, "pixels": text(image)}
    return result


def resized():
    image = Image.fromarray(picture(61, 47))
    image.save(FIXTURES / "resize.png")
    cases = []
    for box, size in [
        ((0, 0, 61, 47), (16, 16)), ((0, 0, 61, 47), (61, 47)), ((0, 0, 61, 47), (13, 40)),
        ((5, 3, 44, 40), (16, 16)), ((5, 3, 44, 40), (40, 38)), ((60, 46, 61, 47), (5, 4)),
        ((0, 10, 61, 11), (8, 8)), ((20, 0, 23, 47), (32, 24)), ((7, 7, 39, 39), (32, 32)),
        ((7, 7, 39, 39), (1, 1)), ((1, 2, 50, 45), (33, 17)),
    ]:
        cases.append({"box": box, "size": size, "pixels": text(image.crop(box).resize(size, Image.BILINEAR))})
    return cases


# ---------------------------------------------------------------- crops


def philox4x32(counter, key):
    """Random123's philox4x32 with 10 rounds."""
    c, k = list(counter), list(key)
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(p1 >> 32) ^ c[1] ^ k[0], p1 & 0xFFFFFFFF, (p0 >> 32) ^ c[3] ^ k[1], p0 & 0xFFFFFFFF]
        k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return c


def words(seed, epoch, index, purpose):
    """The project's use of it: counter = (block, index, epoch, purpose), key = seed."""
    block = 0
    while True:
        counter = (block, index & 0xFFFFFFFF, epoch, purpose << 16 | index >> 32)
        yield from philox4x32(counter, (seed & 0xFFFFFFFF, seed >> 32))
        block += 1


def integer(source, bound):
    """Lemire's unbiased integer below bound."""
    while True:
        product = next(source) * bound
        if product % 2**32 >= 2**32 % bound:
            return product >> 32


def view(width, height, scale, ratio, seed, epoch, index):
    """torchvision's RandomHorizontalFlip(0.5) and RandomResizedCrop.get_params, with the numbers above."""
    source = words(seed, epoch, index, 0)

    def uniform(low, high):
        return low + next(source) * 2.0**-32 * (high - low)

    flip = uniform(0, 1) < 0.5
    area = height * width
    for _ in range(10):
        target_area = area * uniform(scale[0], scale[1])
        aspect_ratio = math.exp(uniform(math.log(ratio[0]), math.log(ratio[1])))
        w = int(round(math.sqrt(target_area * aspect_ratio)))
        h = int(round(math.sqrt(target_area / aspect_ratio)))
        if 0 < w <= width and 0 < h <= height:
            top = integer(source, height - h + 1)
            left = integer(source, width - w + 1)
            return left, top, w, h, flip
    in_ratio = width / height
    w, h = width, height
    if in_ratio < min(ratio):
        h = int(round(w / min(ratio)))
    elif in_ratio > max(ratio):
        w = int(round(h * max(ratio)))
    return (width - w) // 2, (height - h) // 2, w, h, flip


def views():
    cases = []
    for index in range(60):
        width, height = [(500, 375), (375, 500), (224, 224), (640, 40), (31, 500), (2, 3)][index % 6]
        scale = (0.35, 1.0) if index % 2 else (0.08, 1.0)
        seed, epoch = [(0, 0), (42, 7), (2**63 + 12345, 199)][index % 3]
        *crop, flip = view(width, height, scale, (3 / 4, 4 / 3), seed, epoch, index)
        cases.append({
            "width": width, "height": height, "scale": scale, "seed": seed, "epoch": epoch, "index": index,
            "crop": crop, "flip": flip,
        })
    return cases


def write(name, value):
    lines = ",\n".join(json.dumps(item) for item in value)
    (FIXTURES / name).write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    FIXTURES.mkdir(exist_ok=True)
    sound = {**jpegs(), **pngs()}
    for name, data in {**sound, **broken_jpegs(), **broken_pngs()}.items():
        (FIXTURES / name).write_bytes(data)
    write("decoded.json", [{"name": name, **value} for name, value in decoded(sound).items()])
    write("resized.json", resized())
    write("views.json", views())
