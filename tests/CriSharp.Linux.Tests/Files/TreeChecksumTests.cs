using CriSharp.Linux.Files;

namespace CriSharp.Linux.Tests.Files;

public sealed class TreeChecksumTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Tree => Path.Combine(_folder.Path, "tree");

    public TreeChecksumTests()
    {
        Directory.CreateDirectory(Path.Combine(Tree, "folder", "empty"));
        File.WriteAllBytes(Path.Combine(Tree, "folder", "large"), [.. Enumerable.Range(0, 300_000).Select(number => (byte)(number % 251))]);
        File.WriteAllText(Path.Combine(Tree, "small"), "text");
        File.CreateSymbolicLink(Path.Combine(Tree, "link"), "small");
        using var holes = File.Create(Path.Combine(Tree, "holes"));
        holes.SetLength(1 << 20);
        holes.Seek(500_000, SeekOrigin.Begin);
        holes.WriteByte(1);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Sum_OfACopy_IsTheSame_WhateverItsHolesAndOrder()
    {
        var copy = Path.Combine(_folder.Path, "copy");
        Shell($"mkdir {copy} && cd {Tree} && for name in small link holes folder; do cp -a --sparse=never $name {copy}/; done");

        Assert.Equal(TreeChecksum.Of(Tree), TreeChecksum.Of(copy));
    }

    [Theory]
    [InlineData("printf x | dd of=folder/large bs=1 seek=299999 conv=notrunc status=none")]
    [InlineData("truncate -s -1 folder/large")]
    [InlineData("truncate -s +1 holes")]
    [InlineData("printf '\\001' | dd of=holes bs=1 seek=900000 conv=notrunc status=none")]
    [InlineData("dd if=/dev/zero of=folder/large bs=4096 count=1 conv=notrunc status=none")]
    [InlineData("rm small")]
    [InlineData("rmdir folder/empty")]
    [InlineData("touch new")]
    [InlineData("mv small smaller")]
    [InlineData("chmod 600 small")]
    [InlineData("chown 7 small")]
    [InlineData("chgrp 7 folder/empty")]
    [InlineData("ln -sf large link")]
    [InlineData("rm link && ln small link")]
    [InlineData("chmod 700 .")]
    [InlineData("dd if=folder/large of=a bs=4096 skip=1 count=1 status=none; dd if=folder/large of=b bs=4096 count=1 status=none; dd if=a of=folder/large conv=notrunc status=none; dd if=b of=folder/large bs=4096 seek=1 conv=notrunc status=none; rm a b")]
    public void Sum_AfterAnyChange_IsAnother(string change)
    {
        var before = TreeChecksum.Of(Tree);

        Shell($"cd {Tree} && {change}");

        Assert.NotEqual(before, TreeChecksum.Of(Tree));
    }

    [Fact]
    public void Sum_OfALinkedFile_ReadsItOnce_AndKnowsBothNames()
    {
        var one = TreeChecksum.Of(Tree);
        Shell($"ln {Tree}/small {Tree}/second");
        var both = TreeChecksum.Of(Tree);
        Shell($"rm {Tree}/second && cp -a {Tree}/small {Tree}/second");

        Assert.NotEqual(one, both);
        Assert.Equal(both, TreeChecksum.Of(Tree));
    }

    [Fact]
    public void Sum_WithWhatIsKnown_DoesNotReadIt()
    {
        var content = File.ReadAllBytes(Path.Combine(Tree, "folder", "large"));
        var random = new Random(3);
        var sum = new ContentSum();
        for (var done = 0; done < content.Length;)
        {
            var count = Math.Min(random.Next(1, 9000), content.Length - done);
            sum.Add(content.AsSpan(done, count));
            done += count;
        }

        using var file = HostPath.Open(Path.Combine(Tree, "folder", "large"), OpenFlags.ReadOnly);
        var inode = FileDescriptor.Stat(file).Inode;
        var right = new Dictionary<ulong, ulong> { [inode] = sum.Finish() };
        var wrong = new Dictionary<ulong, ulong> { [inode] = 1 };
        Assert.Equal(TreeChecksum.Of(Tree), TreeChecksum.Of(Tree, right));
        Assert.NotEqual(TreeChecksum.Of(Tree), TreeChecksum.Of(Tree, wrong));
    }

    private static void Shell(string script)
    {
        using var shell = System.Diagnostics.Process.Start("/bin/sh", ["-c", script]);
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
    }
}
