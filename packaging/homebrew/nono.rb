# A template: npm run build:formula -- URL fills in the address and the hash of the packed npm package.
class Nono < Formula
  desc "Run untrusted programs so that the kernel denies what they were not granted"
  homepage "https://example.org/nono"
  url "@URL@"
  sha256 "@SHA256@"
  license "Apache-2.0"

  depends_on "node"

  def install
    # No scripts of any package; nono's own set-up is the next line, and compiles its executables where it has to.
    system "npm", "install", *std_npm_args, "--ignore-scripts"
    system Formula["node"].opt_bin/"node", libexec/"lib/node_modules/nono/scripts/set-up.mjs"
    bin.install_symlink libexec.glob("bin/*")
  end

  test do
    (testpath/"inside").mkpath
    system bin/"nono", "run", "--silent", "--allow", "inside", "--", "sh", "-c", "echo in > inside/made"
    assert_equal "in\n", (testpath/"inside/made").read
    (testpath/"outside").write "kept"
    system bin/"nono", "run", "--silent", "--allow", "inside", "--", "sh", "-c", "echo out > outside || true"
    assert_equal "kept", (testpath/"outside").read
  end
end
