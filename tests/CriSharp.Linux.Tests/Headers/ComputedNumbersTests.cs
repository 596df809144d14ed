using System.Globalization;
using CriSharp.Linux.Files;

namespace CriSharp.Linux.Tests.Headers;

/// <summary>Numbers that are computed, or that are no constants.</summary>
public sealed class ComputedNumbersTests
{
    [Fact]
    public async Task Numbers_WhenComparedWithTheHeaders_AreTheSame()
    {
        var expected = new Dictionary<string, long>
        {
            ["AT_FDCWD"] = Libc.CurrentDirectory.DangerousGetHandle(),
            ["makedev(8, 300)"] = (long)FileAt.DeviceNumber(8, 300),
            ["makedev(4095, 1048575)"] = (long)FileAt.DeviceNumber(4095, 1048575),
            ["makedev(70000, 5)"] = (long)FileAt.DeviceNumber(70000, 5),
            ["O_CLOEXEC | O_DIRECTORY | O_NOFOLLOW"] = OpenFlagsLayout.ForKernel(OpenFlags.Directory | OpenFlags.NoFollow),
        };
        foreach (var kind in Enum.GetValues<FileKind>().Where(kind => kind != FileKind.Unknown))
        {
            expected[DirectoryEntryType(kind)] = Convert.ToInt64(kind, CultureInfo.InvariantCulture);
        }

        var actual = await expected.Keys.Aggregate(new CProgram(), (program, expression) => program.Add(expression)).RunAsync();

        Assert.Equal(expected, actual);
    }

    private static string DirectoryEntryType(FileKind kind) => kind switch
    {
        FileKind.Fifo => "DT_FIFO",
        FileKind.CharacterDevice => "DT_CHR",
        FileKind.Directory => "DT_DIR",
        FileKind.BlockDevice => "DT_BLK",
        FileKind.Regular => "DT_REG",
        FileKind.SymbolicLink => "DT_LNK",
        FileKind.Socket => "DT_SOCK",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
