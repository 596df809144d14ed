using CriSharp.Admin;
using CriSharp.Ctl.Commands;
using CriSharp.Ctl.Output;
using CriSharp.Ctl.Running;

namespace CriSharp.Ctl.Tests;

public class OutputTests
{
    [Theory]
    [InlineData(0, "less than a second")]
    [InlineData(-5, "less than a second")]
    [InlineData(1, "1 second")]
    [InlineData(59.9, "59 seconds")]
    [InlineData(60, "1 minute")]
    [InlineData(3599, "59 minutes")]
    [InlineData(7200, "2 hours")]
    [InlineData(86400 * 13, "13 days")]
    [InlineData(86400 * 21, "3 weeks")]
    [InlineData(86400 * 100, "3 months")]
    [InlineData(86400 * 800, "2 years")]
    public void Ages_WhenWorded_UseOneUnitRoundedDown(double seconds, string words) => Assert.Equal(words, Ages.Words(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(1000, "1.0 kB")]
    [InlineData(999_949, "999.9 kB")]
    [InlineData(999_950, "1.0 MB")]
    [InlineData(1_234_567_890, "1.2 GB")]
    public void Sizes_WhenWorded_ArePowersOfAThousand(double bytes, string words) => Assert.Equal(words, ByteSizes.Words(bytes));

    [Theory]
    [InlineData("4096", 4096)]
    [InlineData("64m", 64 << 20)]
    [InlineData("64MiB", 64 << 20)]
    [InlineData("1.5k", 1536)]
    public void Sizes_WhenTyped_ArePowersOf1024(string typed, long bytes)
    {
        Assert.True(ByteSizes.TryParse(typed, out var parsed));
        Assert.Equal(bytes, parsed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("m")]
    [InlineData("-1")]
    [InlineData("99999999999999999999t")]
    public void Sizes_WhenTypedWrongly_AreRefused(string typed) => Assert.False(ByteSizes.TryParse(typed, out _));

    [Fact]
    public async Task Table_WhenWritten_AlignsColumnsAndDisarmsControlCharacters()
    {
        var table = new Table("A", "LONGER", "C");
        table.Add("wide cell", "", "x\u001b[31m");
        using var writer = new StringWriter { NewLine = "\n" };

        await table.WriteAsync(writer, Paint.None);

        Assert.Equal("A           LONGER   C\nwide cell   -        x\\x1b[31m\n", writer.ToString());
    }

    [Theory]
    [InlineData("localhost:5000/a/b:1", "localhost:5000/a/b", "1")]
    [InlineData("localhost:5000/a/b", "localhost:5000/a/b", "<none>")]
    [InlineData("a/b@sha256:12", "a/b", "sha256:12")]
    public void ImageNames_WhenSplit_KeepTheRegistrysPort(string name, string repository, string rest) =>
        Assert.Equal((repository, rest), ImagesCommand.Split(name));

    [Fact]
    public void Progress_WhenKnown_SaysShareBytesLayersAndSpeed()
    {
        var pull = new PullDocument
        {
            Reference = "docker.io/library/busybox:latest",
            StartedAt = DateTimeOffset.UnixEpoch,
            LayersDone = 1,
            LayersTotal = 3,
            BytesDone = 5_000_000,
            BytesTotal = 20_000_000,
        };

        Assert.Equal(
            "pulling busybox: 25%, 5.0 MB of 20.0 MB, 1/3 layers, 2.5 MB/s",
            PullWithProgress.ProgressLine("busybox", pull, TimeSpan.FromSeconds(2)));
        Assert.True(PullWithProgress.IsOf(pull, "busybox"));
        Assert.False(PullWithProgress.IsOf(pull, "box"));
    }
}
