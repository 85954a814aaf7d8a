import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

from support import LIBRARY, ROOT


class Readme(unittest.TestCase):
    def test_the_example_runs_as_printed(self):
        blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
        self.assertEqual(len(blocks), 1)
        with tempfile.TemporaryDirectory() as folder:
            place = pathlib.Path(folder, ".build/release")
            place.mkdir(parents=True)
            (place / LIBRARY.name).symlink_to(LIBRARY)
            program = blocks[0] + "assert torch.allclose(x.grad, torch.ops.mish.mish_backward(torch.ones(8), x))\n"
            run = subprocess.run(
                [sys.executable, "-c", program], cwd=folder, env=os.environ, capture_output=True, text=True)
        self.assertEqual(run.returncode, 0, run.stderr)


if __name__ == "__main__":
    unittest.main()
