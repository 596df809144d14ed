using CriSharp.Ctl.CommandLine;
using CriSharp.Ctl.Output;
using CriSharp.Ctl.Usage;

namespace CriSharp.Ctl.Tests;

public class UsageTests
{
    private static readonly ContainerUsage Before = new() { Id = "1", Name = "web", Pod = "pod", CpuReadAt = 1_000_000_000, CpuNanoseconds = 5_000_000_000 };

    [Fact]
    public void Cpu_WhenReadTwice_IsTheShareBetween()
    {
        var now = Before with { CpuReadAt = 3_000_000_000, CpuNanoseconds = 8_000_000_000 };

        Assert.Equal(150, now.CpuPercentSince(Before));
    }

    [Fact]
    public void Cpu_WhenThereIsNothingToCompare_IsWhatTheRuntimeMeasured()
    {
        Assert.Equal(25, (Before with { NanoCores = 250_000_000 }).CpuPercentSince(null));
        Assert.Equal(25, (Before with { NanoCores = 250_000_000 }).CpuPercentSince(Before));
        Assert.Null(Before.CpuPercentSince(null));
    }

    [Fact]
    public async Task Top_OnATerminal_EndsByAKeyOrAnError_AndGivesTheScreenBack()
    {
        await using var server = await FakeCriServer.StartAsync();
        foreach (var keys in new[] { "q", "" })
        {
            using var output = new MemoryStream();
            using var surroundings = new Surroundings(output, Stream.Null)
            {
                OutputIsTerminal = true,
                EnterRawMode = () => new MemoryStream(),
                OpenStandardInput = () => new MemoryStream(System.Text.Encoding.ASCII.GetBytes(keys)),
            };

            await CommandTree.RunAsync(["--endpoint", server.Socket, "top"], surroundings).WaitAsync(TimeSpan.FromSeconds(30));

            var shown = System.Text.Encoding.UTF8.GetString(output.ToArray());
            Assert.StartsWith("\u001b[?1049h", shown, StringComparison.Ordinal);
            Assert.EndsWith("\u001b[?1049l", shown, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Table_WhenMade_BeginsWithWhoUsesMost()
    {
        var busy = Before with { Id = "2", Name = "busy", NanoCores = 990_000_000, MemoryBytes = 12_000_000, Processes = 3 };
        var lines = UsageTable.Of([], [Before, busy]).Lines(Paint.None).ToList();

        Assert.Contains("99.0    12.0 MB   -      -         -      3", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("1 ", lines[2], StringComparison.Ordinal);
    }
}
