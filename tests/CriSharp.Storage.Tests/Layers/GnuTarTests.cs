using System.Diagnostics;

namespace CriSharp.Storage.Tests.Layers;

/// <summary>Archives that GNU tar made of a tree unpack to the same tree, as GNU tar itself sees it.</summary>
public sealed class GnuTarTests : IDisposable
{
    private const string MakeTree = """
        set -e
        mkdir -p d/e "$(printf 'n%.0s' $(seq 120))/$(printf 'm%.0s' $(seq 120))"
        echo hello > d/f; for folder in n*/m*; do echo long > $folder/file; done
        ln d/f d/hard; ln -s ../d/f d/soft; ln -s "$(printf 's%.0s' $(seq 200))" d/longlink
        mkfifo d/pipe; mknod d/null c 1 3
        truncate -s 50M d/sparse; for i in $(seq 0 60); do printf data$i | dd of=d/sparse bs=1 seek=$((i * 700000)) conv=notrunc status=none; done
        chown 12:34 d/f; chmod 4755 d/f; chmod 1777 d/e; chown 3000000000:99 d/e
        touch -d '1969-12-31 23:00:00.5 UTC' d/f; touch -d '2200-01-01 UTC' d/e; touch -hd '2001-02-03 UTC' d/soft
        """;

    private readonly StoreFixture _stores = new();
    private readonly string _tree = Directory.CreateTempSubdirectory("crisharp-gnutar-").FullName;

    [Theory]
    [InlineData("--format=gnu --sparse")]
    [InlineData("--format=oldgnu --sparse")]
    [InlineData("--format=pax --sparse --sparse-version=0.0 --xattrs")]
    [InlineData("--format=pax --sparse --sparse-version=0.1 --xattrs")]
    [InlineData("--format=pax --sparse --sparse-version=1.0 --xattrs")]
    public async Task Unpack_WhenGnuTarMadeIt_TreeIsTheSame(string options)
    {
        await ShellAsync(MakeTree, _tree);
        var archive = _tree + ".tar";
        await ShellAsync($"tar {options} --numeric-owner -cf {archive} .", _tree);
        var tar = await File.ReadAllBytesAsync(archive);
        var record = await _stores.UnpackAsync(tar);
        var unpacked = _stores.Layers.TreePath(record.DiffId);
        // tar --compare looks at content, type, mode, owner, link targets and times of all entries.
        Assert.Equal("", await ShellAsync($"tar --numeric-owner --xattrs --xattrs-include='*' --compare -f {archive} -C {unpacked} 2>&1 | grep -v 'implausibly old' || true", _tree));
        Assert.Equal(await ShellAsync("find . -printf '%p %y %m %U %G %s %n %l\\n' | sort", _tree), await ShellAsync("find . -printf '%p %y %m %U %G %s %n %l\\n' | sort", unpacked));
        Assert.Equal(await ShellAsync("sha256sum < d/sparse", _tree), await ShellAsync("sha256sum < d/sparse", unpacked));
        Assert.True(record.SizeBytes < 1_000_000, "holes were written as data");
    }

    [Theory] // More than the 8 GiB that octal sizes can say.
    [InlineData("gnu")]
    [InlineData("pax")]
    public async Task Unpack_WhenFileIsHuge_SizeIsTheSame(string format)
    {
        await ShellAsync("truncate -s 9000000000 huge; printf end | dd of=huge bs=1 seek=8999999000 conv=notrunc status=none", _tree);
        await ShellAsync($"tar --format={format} --sparse -cf {_tree}.tar .", _tree);
        var record = await _stores.UnpackAsync(await File.ReadAllBytesAsync(_tree + ".tar"));
        Assert.Equal(await ShellAsync("stat -c %s huge; tail -c 1500 huge | sha256sum", _tree), await ShellAsync("stat -c %s huge; tail -c 1500 huge | sha256sum", _stores.Layers.TreePath(record.DiffId)));
    }

    [Fact]
    public async Task Unpack_WhenUstar_TreeIsTheSame()
    {
        await ShellAsync("mkdir -p a/b; echo x > a/b/f; chmod 2755 a; chown 5:6 a/b/f; touch -d 2020-01-01 a/b a", _tree);
        await ShellAsync($"tar --format=ustar --numeric-owner -cf {_tree}.tar .", _tree);
        var record = await _stores.UnpackAsync(await File.ReadAllBytesAsync(_tree + ".tar"));
        Assert.Equal("", await ShellAsync($"tar --numeric-owner --compare -f {_tree}.tar -C {_stores.Layers.TreePath(record.DiffId)} 2>&1", _tree));
    }

    public void Dispose()
    {
        _stores.Dispose();
        Directory.Delete(_tree, recursive: true);
        File.Delete(_tree + ".tar");
    }

    private static async Task<string> ShellAsync(string script, string folder)
    {
        using var process = Process.Start(new ProcessStartInfo("sh", ["-c", script]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{script}: {output} {await error}");
        return output;
    }
}
