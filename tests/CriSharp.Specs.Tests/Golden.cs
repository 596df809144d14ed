using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using CriSharp.Oci;

namespace CriSharp.Specs.Tests;

/// <summary>Compares a whole config.json with the file kept beside the tests. CRISHARP_REWRITE_GOLDENS=1 writes the files anew, for a reviewer to read.</summary>
internal static class Golden
{
    private const string RewriteVariable = "CRISHARP_REWRITE_GOLDENS";

    private static readonly JsonWriterOptions Indented = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Verify(string name, RuntimeSpec spec, [CallerFilePath] string testFile = "")
    {
        var path = Path.Combine(Path.GetDirectoryName(testFile)!, "Goldens", name + ".json");
        var actual = Format(spec.ToJson());
        if (Environment.GetEnvironmentVariable(RewriteVariable) == "1")
        {
            File.WriteAllText(path, actual);
        }

        Assert.True(File.Exists(path), $"{path} is missing: run the tests with {RewriteVariable}=1 and read what they write");
        Assert.Equal(File.ReadAllText(path), actual);
    }

    private static string Format(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Indented))
        {
            document.WriteTo(writer);
        }

        return System.Text.Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }
}
