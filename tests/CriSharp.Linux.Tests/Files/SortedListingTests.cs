using CriSharp.Linux.Files;

namespace CriSharp.Linux.Tests.Files;

public sealed class SortedListingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sorted-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(0, 10)]
    [InlineData(1, 1)]
    [InlineData(10, 10)]
    [InlineData(11, 10)]
    [InlineData(500, 7)]
    [InlineData(500, 1000)]
    public void Read_WithFewerInMemoryThanThereAre_GivesAllInOrder(int files, int namesAtOnce)
    {
        var names = Enumerable.Range(0, files).Select(number => $"{number * 7919 % 1000}").Distinct().ToList();
        names.ForEach(name => File.WriteAllText(Path.Combine(_folder, name), ""));
        using var folder = HostPath.Open(_folder, OpenFlags.ReadOnly | OpenFlags.Directory);

        var read = SortedListing.Read(folder, namesAtOnce).Select(entry => entry.NameText).ToList();

        Assert.Equal(names.Order(StringComparer.Ordinal), read);
    }
}
