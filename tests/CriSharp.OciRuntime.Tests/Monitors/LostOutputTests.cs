using CriSharp.OciRuntime.Monitors;

namespace CriSharp.OciRuntime.Tests.Monitors;

public sealed class LostOutputTests : IDisposable
{
    private static readonly DateTimeOffset At = new(2026, 11, 26, 8, 0, 0, TimeSpan.Zero);

    private readonly string _folder = Directory.CreateTempSubdirectory("lost-output-").FullName;

    private string LogPath => Path.Combine(_folder, "0.log");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("")]
    [InlineData("2026-11-26T07:00:00.000000000Z stdout F last\n")]
    [InlineData("2026-11-26T07:00:00.000000000Z stdout F cut sho")]
    public void Tell_WhenALogEndsAnyHow_AppendsALineOfItsOwn(string log)
    {
        File.WriteAllText(LogPath, log);

        LostOutput.Tell(LogPath, _folder, "gone", At);

        var lines = File.ReadAllLines(LogPath);
        Assert.Equal("2026-11-26T08:00:00.000000000Z stderr F crisharp: gone", lines[^1]);
        Assert.Equal(log.TrimEnd('\n'), string.Join('\n', lines[..^1]));
    }

    [Fact]
    public void Tell_WhenItIsToldAlready_AddsNothing()
    {
        File.WriteAllText(LogPath, "");
        LostOutput.Tell(LogPath, _folder, "gone", At);

        LostOutput.Tell(LogPath, _folder, "gone", At.AddDays(1));

        Assert.Single(File.ReadAllLines(LogPath));
    }

    [Fact]
    public void Tell_WhenTheLogIsRemoved_MakesNoNewOne()
    {
        LostOutput.Tell(LogPath, _folder, "gone", At);

        Assert.False(File.Exists(LogPath));
    }
}
