namespace CriSharp.TestSupport.Records;

/// <summary>All that can become of a small file: what a reader must neither believe nor stumble over.</summary>
public static class Damage
{
    private const int FlipsLimit = 6_000;

    /// <summary>Cut off at every length, and with every single bit flipped (evenly chosen ones where there are very many).</summary>
    public static IEnumerable<(string What, byte[] Content)> Of(byte[] whole)
    {
        for (var length = 0; length < whole.Length; length++)
        {
            yield return ($"cut off at {length}", whole[..length]);
        }

        var bits = whole.Length * 8;
        for (var flip = 0; flip < Math.Min(bits, FlipsLimit); flip++)
        {
            var bit = (int)((long)flip * bits / Math.Min(bits, FlipsLimit));
            var flipped = (byte[])whole.Clone();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            yield return ($"bit {bit} flipped", flipped);
        }
    }

    /// <summary>Something else under the file's name: a folder, a link to a whole copy, a pipe that nobody writes to.</summary>
    public static IEnumerable<(string What, Action<string> Put)> InItsPlace(byte[] whole)
    {
        yield return ("a folder", path => Directory.CreateDirectory(path));
        yield return ("a link", path =>
        {
            File.WriteAllBytes(path + "-copy", whole);
            File.CreateSymbolicLink(path, path + "-copy");
        }
        );
        yield return ("a link to nothing", path => File.CreateSymbolicLink(path, "/no/such/file"));
        yield return ("other text", path => File.WriteAllText(path, "{ \"version\": 2, \"id\": null }"));
        yield return ("null", path => File.WriteAllText(path, "null"));
        yield return ("a list", path => File.WriteAllText(path, "[]"));
        yield return ("zeros", path => File.WriteAllBytes(path, new byte[whole.Length]));
    }

    /// <summary>Takes away what <see cref="InItsPlace"/> has put there.</summary>
    public static void Clear(string path)
    {
        if (new FileInfo(path) is { LinkTarget: { } target })
        {
            File.Delete(path);
            if (File.Exists(target))
            {
                File.Delete(target);
            }
        }
        else if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
        else
        {
            File.Delete(path);
        }
    }
}
