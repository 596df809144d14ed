using System.Text;
using CriSharp.Ctl.Logs;

namespace CriSharp.Ctl.Tests;

public sealed class LogReaderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ctl-log-").FullName;
    private readonly MemoryStream _output = new();
    private readonly MemoryStream _error = new();

    private string LogPath => Path.Combine(_folder, "0.log");

    private string Output => Encoding.UTF8.GetString(_output.ToArray());

    [Theory]
    [InlineData("a\nb\nc\n", 0, "")]
    [InlineData("a\nb\nc\n", 1, "c\n")]
    [InlineData("a\nb\nc\n", 2, "b\nc\n")]
    [InlineData("a\nb\nc\n", 9, "a\nb\nc\n")]
    [InlineData("a\nb\nc", 1, "c")]
    [InlineData("a\nb\nc", 0, "")]
    [InlineData("", 3, "")]
    public void Tail_WhenAskedFor_BeginsAtThatLine(string log, int lines, string expected)
    {
        using var file = new MemoryStream(Encoding.UTF8.GetBytes(log));

        Assert.Equal(expected, log[(int)LogReader.StartOfTail(file, lines)..]);
    }

    [Fact]
    public void Tail_WhenTheLogIsLong_IsFoundOverBlocks()
    {
        var log = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 50_000).Select(i => $"line {i}\n")));
        using var file = new MemoryStream(log);

        Assert.StartsWith("line 20000\n", Encoding.UTF8.GetString(log.AsSpan((int)LogReader.StartOfTail(file, 30_000))));
    }

    [Fact]
    public async Task Read_WhenALineIsHalfWritten_WaitsForItsEnd()
    {
        using var reader = Reader();
        await File.WriteAllTextAsync(LogPath, "2026-01-02T03:04:05Z stdout F whole\n2026-01-02T03:04:05Z std");
        await reader.ReadToEndAsync(default);
        Assert.Equal("whole\n", Output);

        await File.AppendAllTextAsync(LogPath, "out F rest\n");
        await reader.ReadToEndAsync(default);
        Assert.Equal("whole\nrest\n", Output);
    }

    [Fact]
    public async Task Read_WhenTheLogWasRotated_FinishesTheOldAndGoesOnWithTheNew()
    {
        using var reader = Reader();
        await File.WriteAllTextAsync(LogPath, "2026-01-02T03:04:05Z stdout F first\n");
        await reader.ReadToEndAsync(default);
        await File.AppendAllTextAsync(LogPath, "2026-01-02T03:04:05Z stdout F second\n");
        File.Move(LogPath, LogPath + ".1");
        await File.WriteAllTextAsync(LogPath, "2026-01-02T03:04:05Z stdout F third\n");

        await reader.ReadToEndAsync(default);

        Assert.Equal("first\nsecond\nthird\n", Output);
    }

    [Fact]
    public async Task Read_ThroughALinkedFolder_ShowsEachLineOnceAndEnds()
    {
        var link = Path.Combine(_folder, "link");
        Directory.CreateSymbolicLink(link, _folder);
        using var reader = new LogReader(Path.Combine(link, "0.log"), new LogPrinter(_output, _error, timestamps: false));
        await File.WriteAllTextAsync(LogPath, "2026-01-02T03:04:05Z stdout F first\n");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));

        await reader.ReadToEndAsync(limit.Token);
        await reader.ReadToEndAsync(limit.Token);

        Assert.Equal("first\n", Output);
    }

    [Fact]
    public async Task Read_WhenTimestampsAreWanted_PutsOneBeforeEachWholeLine()
    {
        using var reader = Reader(timestamps: true);
        await File.WriteAllTextAsync(LogPath, "2026-01-02T03:04:05.1234567Z stdout P a\n2026-01-02T03:04:06Z stdout F b\n");

        await reader.ReadToEndAsync(default);

        Assert.Equal("2026-01-02T03:04:05.1234567Z ab\n", Output);
    }

    public void Dispose()
    {
        _output.Dispose();
        _error.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private LogReader Reader(bool timestamps = false) => new(LogPath, new LogPrinter(_output, _error, timestamps));
}
