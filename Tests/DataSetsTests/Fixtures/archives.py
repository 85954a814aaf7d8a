"""Writes archives as imagewoof2-160.tgz into a folder:  archives.py FOLDER

    whole.tgz       the layout and the numbers of the published one, with a few random bytes for each image
    other.tgz       the same with other bytes
    NAME.tgz        everything that an archive should not be
"""

import gzip
import io
import pathlib
import random
import tarfile
import sys

FOLDER = pathlib.Path(sys.argv[1])
ROOT = "imagewoof2-160"
CLASSES = {
    "n02086240": (941, 409), "n02087394": (942, 408), "n02088364": (932, 418), "n02089973": (580, 224),
    "n02093754": (949, 401), "n02096294": (943, 407), "n02099601": (949, 401), "n02105641": (928, 422),
    "n02111889": (921, 429), "n02115641": (940, 410),
}


def entry(name, kind=tarfile.REGTYPE, **fields):
    info = tarfile.TarInfo(name)
    info.type = kind
    for field, value in fields.items():
        setattr(info, field, value)
    return info


def write(name, entries, format=tarfile.GNU_FORMAT):
    with tarfile.open(FOLDER / f"{name}.tgz", "w:gz", compresslevel=1, format=format) as archive:
        for info, data in entries:
            info.size = info.size or len(data)
            archive.addfile(info, io.BytesIO(data))


def images(seed, skip=0):
    chance = random.Random(seed)
    yield entry(f"{ROOT}/noisy_imagewoof.csv"), b"path,noisy_labels_0,is_valid\n"
    for name, counts in CLASSES.items():
        for split, count in zip(("train", "val"), counts):
            yield entry(f"{ROOT}/{split}/{name}", tarfile.DIRTYPE, mode=0o755), b""
            for index in range(skip, count):
                yield entry(f"{ROOT}/{split}/{name}/{name}_{index}.JPEG"), chance.randbytes(60)
            skip = 0


def one(name, info, data=b"", format=tarfile.GNU_FORMAT):
    write(name, [(entry(f"{ROOT}/train/a.JPEG"), b"a"), (info, data)], format)


write("whole", images(1))
write("other", images(2))
write("incomplete", images(1, skip=1))
one("parent", entry(f"{ROOT}/../../evil"), b"x")
one("parent-long", entry(f"{ROOT}/" + "d/" * 60 + "../" * 70 + "evil"), b"x")
one("parent-pax", entry(f"{ROOT}/" + "d/" * 60 + "../" * 70 + "evil"), b"x", tarfile.PAX_FORMAT)
one("absolute", entry("/tmp/swift-mish-evil"), b"x")
one("symlink", entry(f"{ROOT}/val", tarfile.SYMTYPE, linkname="/tmp"))
one("symlink-inside", entry(f"{ROOT}/val", tarfile.SYMTYPE, linkname="train"))
one("hardlink", entry(f"{ROOT}/val", tarfile.LNKTYPE, linkname="/etc/passwd"))
one("device", entry(f"{ROOT}/zero", tarfile.CHRTYPE, devmajor=1, devminor=5))
one("pipe", entry(f"{ROOT}/pipe", tarfile.FIFOTYPE))
one("twice", entry(f"{ROOT}/train/a.JPEG"), b"b")
one("file-as-folder", entry(f"{ROOT}/train/a.JPEG/b.JPEG"), b"b")
one("folder-as-file", entry(f"{ROOT}/train"), b"b")
one("root-as-file", entry(ROOT), b"b")
one("control", entry(f"{ROOT}/train/\x1b[31m\n.JPEG"), b"b")
one("other-root", entry("imagenette2/train/b.JPEG"), b"b")
one("deep", entry(f"{ROOT}/a/b/c/d/e/f/g/h/i/j/k.JPEG"), b"b")
one("folder-with-contents", entry(f"{ROOT}/folder/"), b"b")
with tarfile.open(FOLDER / "giant.tgz", "w:gz", format=tarfile.GNU_FORMAT) as archive:
    archive.fileobj.write(entry(f"{ROOT}/train/a.JPEG", size=1 << 45).tobuf(tarfile.GNU_FORMAT))
with tarfile.open(FOLDER / "giant-header.tgz", "w:gz", format=tarfile.GNU_FORMAT) as archive:
    archive.fileobj.write(entry("././@LongLink", b"L", size=1 << 33).tobuf(tarfile.GNU_FORMAT))
with tarfile.open(FOLDER / "negative.tgz", "w:gz", format=tarfile.GNU_FORMAT) as archive:
    header = bytearray(entry(f"{ROOT}/train/a.JPEG").tobuf(tarfile.GNU_FORMAT))
    header[124:136] = b"\xff" * 12
    header[148:156] = b"%06o\0 " % (sum(header) - sum(header[148:156]) + 8 * 32)
    archive.fileobj.write(bytes(header))

whole = (FOLDER / "whole.tgz").read_bytes()
(FOLDER / "truncated.tgz").write_bytes(whole[: len(whole) // 2])
(FOLDER / "damaged.tgz").write_bytes(whole[: len(whole) // 2] + bytes(100) + whole[len(whole) // 2 + 100 :])
(FOLDER / "checksum.tgz").write_bytes(whole[:-8] + bytes(4) + whole[-4:])
(FOLDER / "page.tgz").write_bytes(b"<html>Please log in</html>" * 40)
(FOLDER / "empty.tgz").write_bytes(b"")
(FOLDER / "noise.tgz").write_bytes(gzip.compress(random.Random(3).randbytes(5000)))
(FOLDER / "no-entries.tgz").write_bytes(gzip.compress(bytes(1024)))
(FOLDER / "no-end.tgz").write_bytes(gzip.compress(gzip.decompress(whole)[:51200]))
