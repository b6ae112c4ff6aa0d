# ./scripts/formula fills @VERSION@ and @SHA256@ from a release's checksums.txt.
class Cloudseed < Formula
  desc "Automatic cloud backup for a Bitcoin wallet's recovery phrase"
  homepage "https://github.com/cloudseed/cloudseed"
  url "https://github.com/cloudseed/cloudseed/releases/download/v@VERSION@/cloudseed-@VERSION@.tar.gz"
  sha256 "@SHA256@"
  license "MIT"

  depends_on "go" => :build

  def install
    ldflags = "-s -w -X github.com/cloudseed/cloudseed/internal/version.stamped=v#{version}"
    ENV["CGO_ENABLED"] = "0"
    ENV["VERSION"] = "v#{version}"
    system "./scripts/extras", "extras"
    %w[cloudseed cloudseed-realm].each do |program|
      system "go", "build", *std_go_args(ldflags:, output: bin/program), "./cmd/#{program}"
      man1.install Dir["extras/#{program}/man1/*"]
      bash_completion.install "extras/#{program}/bash/#{program}"
      zsh_completion.install "extras/#{program}/zsh/_#{program}"
      fish_completion.install "extras/#{program}/fish/#{program}.fish"
    end
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/cloudseed version")
    assert_match "all of it held", shell_output("#{bin}/cloudseed demo")
  end
end
