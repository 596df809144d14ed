using System.Text;
using CriSharp.Linux.Files;
using CriSharp.TestSupport.Records;

namespace CriSharp.Linux.Tests.Files;

public sealed class DocumentChecksumTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("crisharp-records-");

    private string FilePath => Path.Combine(_folder.FullName, "record.json");

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>RFC 3720, B.4.</summary>
    [Fact]
    public void Crc32C_WhenGivenTheStandardsExamples_AgreesWithThem()
    {
        Assert.Equal(0x8a9136aau, Crc32C.Finish(Crc32C.Update(Crc32C.Start, new byte[32])));
        Assert.Equal(0x46dd794eu, Crc32C.Finish(Crc32C.Update(Crc32C.Start, [.. Enumerable.Range(0, 32).Select(i => (byte)i)])));
        Assert.Equal(0xe3069283u, Crc32C.Finish(Crc32C.Update(Crc32C.Start, "123456789"u8)));
    }

    [Fact]
    public void Add_WhenDone_StaysOneDocumentThatPeopleCanRead()
    {
        var document = DocumentChecksum.Add("{\n  \"version\": 2\n}"u8);

        Assert.Matches("^\\{\n  \"checksum\": \"crc32c:[0-9a-f]{8}\",\n  \"version\": 2\n\\}$", Encoding.UTF8.GetString(document));
        Assert.True(DocumentChecksum.Verify(document));
    }

    [Fact]
    public void Verify_WhenThereIsNone_SaysSo() => Assert.False(DocumentChecksum.Verify("{\n  \"version\": 1\n}"u8));

    [Fact]
    public void TryRead_WhenDamagedInAnyWay_IsNeverTakenForWhole()
    {
        RecordFile.Write(FilePath, "{\n  \"version\": 2,\n  \"name\": \"web\"\n}"u8);
        var whole = File.ReadAllBytes(FilePath);
        foreach (var (what, content) in Damage.Of(whole))
        {
            File.WriteAllBytes(FilePath, content);
            Assert.False(IsBelieved(), what);
        }

        foreach (var (what, put) in Damage.InItsPlace(whole))
        {
            Damage.Clear(FilePath);
            put(FilePath);
            Assert.False(IsBelieved(), what);
        }
    }

    [Theory]
    [InlineData(1, false, true)]
    [InlineData(1, true, true)]
    [InlineData(2, true, true)]
    [InlineData(2, false, false)]
    [InlineData(3, true, false)]
    [InlineData(0, true, false)]
    [InlineData(-1, false, false)]
    public void RequireVersion_WhenAsked_TakesWhatAReleaseHasWritten(int version, bool hasChecksum, bool isTaken)
    {
        var failure = Record.Exception(() => new RecordContent([], hasChecksum).RequireVersion(version, newest: 2));

        Assert.Equal(isTaken, failure is null);
        Assert.True(failure is null or FormatException);
    }

    private bool IsBelieved()
    {
        try
        {
            return RecordFile.TryRead(FilePath, 4096) is { HasChecksum: true };
        }
        catch (Exception refused) when (refused is FormatException or IOException)
        {
            return false;
        }
    }
}
