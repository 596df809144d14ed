using System.Text;
using CriSharp.Pods.Cdi;
using CriSharp.Specs;

namespace CriSharp.Pods.Tests.Cdi;

public sealed class CdiSpecFileTests
{
    private const string FullJson = """
        {
          "cdiVersion": "1.1.0", "kind": "vendor.com/gpu", "annotations": { "a": "b" },
          "containerEdits": {
            "env": ["ALL=1"],
            "mounts": [{ "hostPath": "/opt/lib.so", "containerPath": "/usr/lib/lib.so", "type": "none", "options": ["bind", "ro"] }]
          },
          "devices": [
            {
              "name": "0", "annotations": {},
              "containerEdits": {
                "env": ["GPU=a=b"],
                "deviceNodes": [{ "path": "/dev/gpu0", "hostPath": "/dev/null", "type": "c", "major": 1, "minor": 3, "fileMode": 432, "permissions": "rw", "uid": 5, "gid": 6 }],
                "hooks": [{ "hookName": "createContainer", "path": "/opt/hook", "args": ["hook", "x"], "env": ["A=b"], "timeout": 5 }],
                "additionalGIDs": [44, 0],
                "intelRdt": { "closID": "c", "l3CacheSchema": "l", "memBwSchema": "m", "schemata": ["s"], "enableMonitoring": true },
                "netDevices": [{ "hostInterfaceName": "eth7", "name": "net1" }]
              }
            }
          ]
        }
        """;

    private const string FullYaml = """
        ---
        # a vendor's comment
        cdiVersion: 1.1.0
        kind: vendor.com/gpu
        annotations: {a: b}
        containerEdits: &own
          env: [ALL=1]
          mounts:
          - {hostPath: /opt/lib.so, containerPath: /usr/lib/lib.so, type: none, options: [bind, ro]}
        devices:
        - name: 0
          annotations: {}
          containerEdits:
            env:
            - GPU=a=b
            deviceNodes:
            - path: /dev/gpu0
              hostPath: /dev/null
              type: c
              major: 1
              minor: 0x3
              fileMode: 0660
              permissions: "rw"
              uid: 5
              gid: 6
            hooks:
            - hookName: createContainer
              path: /opt/hook
              args: [hook, x]
              env: ["A=b"]
              timeout: 5
            additionalGids: [44, 0]
            intelRdt: {closID: c, l3CacheSchema: l, memBwSchema: m, schemata: [s], enableMonitoring: true}
            netDevices:
            - hostInterfaceName: eth7
              name: net1
        """;

    private static CdiSpecFile Parse(string text, string path = "/etc/cdi/x.yaml") => CdiSpecFile.Parse(path, Encoding.UTF8.GetBytes(text));

    private static string WrongWords(string text, string path = "/etc/cdi/x.yaml") => Assert.Throws<FormatException>(() => Parse(text, path)).Message;

    private static string Yaml(string version = "1.1.0", string kind = "v.com/c", string device = "d", string edits = "{env: [A=b]}", string more = "") =>
        $"cdiVersion: \"{version}\"\nkind: {kind}\ndevices:\n- name: \"{device}\"\n  containerEdits: {edits}\n{more}";

    [Theory]
    [InlineData("/etc/cdi/x.json", FullJson)]
    [InlineData("/etc/cdi/x.yaml", FullJson)]
    [InlineData("/etc/cdi/x.yaml", FullYaml)]
    public void File_InJsonOrYaml_SaysTheSame(string path, string text)
    {
        var file = Parse(text, path);

        Assert.Equal("vendor.com/gpu", file.Kind);
        Assert.Equal(["ALL=1"], file.Edits.Plain.Env);
        var mount = Assert.Single(file.Edits.Plain.Mounts);
        Assert.Equal(("/opt/lib.so", "/usr/lib/lib.so", "none"), (mount.Source, mount.Destination, mount.Type));
        Assert.Equal(["bind", "ro"], mount.Options);
        var device = Assert.Single(file.Devices);
        Assert.Equal("0", device.Key);
        Assert.Equal(new CdiDeviceNode("/dev/gpu0", "/dev/null", "c", 1, 3, 0x1b0, "rw", 5, 6), Assert.Single(device.Value.Nodes));
        var plain = device.Value.Plain;
        Assert.Equal(["GPU=a=b"], plain.Env);
        Assert.Equal([44u, 0u], plain.AdditionalGids);
        Assert.Equal(["eth7"], plain.NetDevices);
        var (moment, hook) = Assert.Single(plain.Hooks);
        Assert.Equal(("createContainer", "/opt/hook", 5), (moment, hook.Path, hook.Timeout!.Value));
        Assert.Equal(["hook", "x"], hook.Args);
        Assert.Equal(["A=b"], hook.Env);
        Assert.Equal(("c", "l", "m", true), (plain.IntelRdt!.ClosId, plain.IntelRdt.L3CacheSchema, plain.IntelRdt.MemBwSchema, plain.IntelRdt.EnableMonitoring!.Value));
        Assert.Equal(["s"], plain.IntelRdt.Schemata);
    }

    [Theory]
    [InlineData("{env: [NOEQUALS]}", "devices[0].containerEdits.env[0]")]
    [InlineData("{env: ['=x']}", "env[0]")]
    [InlineData("{env: {}}", "env is not a list")]
    [InlineData("{}", "is empty")]
    [InlineData("{deviceNodes: [{}]}", "deviceNodes[0].path is missing")]
    [InlineData("{deviceNodes: [{path: dev/x}]}", "an absolute path")]
    [InlineData("{deviceNodes: [{path: /x, type: z}]}", "b, c, u or p")]
    [InlineData("{deviceNodes: [{path: /x, permissions: rx}]}", "r, w and m")]
    [InlineData("{deviceNodes: [{path: /x, major: one}]}", "major is not an integer")]
    [InlineData("{deviceNodes: [{path: /x, major: '1'}]}", "major is not an integer")]
    [InlineData("{deviceNodes: [{path: /x, fileMode: 0999}]}", "fileMode is not an integer")]
    [InlineData("{deviceNodes: [{path: /x, uid: -1}]}", "from 0 to")]
    [InlineData("{deviceNodes: [{path: /x, color: red}]}", "color is an unknown field")]
    [InlineData("{mounts: [{hostPath: /a}]}", "containerPath is missing")]
    [InlineData("{hooks: [{hookName: later, path: /a}]}", "hookName is not one of")]
    [InlineData("{hooks: [{hookName: poststop, path: a}]}", "an absolute path")]
    [InlineData("{hooks: [{hookName: poststop, path: /a, timeout: 0}]}", "above 0")]
    [InlineData("{additionalGids: [4294967296]}", "additionalGids[0]")]
    [InlineData("{intelRdt: {closID: a/b}}", "closID")]
    [InlineData("{intelRdt: {closID: ..}}", "closID")]
    [InlineData("{intelRdt: {enableMonitoring: 1}}", "true or false")]
    [InlineData("{netDevices: [{name: x}]}", "hostInterfaceName is missing")]
    [InlineData("{env: [A=b], env: [C=d]}", "given twice")]
    [InlineData("{env: [A=b], ENV: [C=d]}", "given twice")]
    public void Edits_ThatAreWrong_AreNamedByTheirPlace(string edits, string words) => Assert.Contains(words, WrongWords(Yaml(edits: edits)));

    [Theory]
    [InlineData("1.2.0")]
    [InlineData("1.0")]
    [InlineData("")]
    [InlineData("latest")]
    public void Version_ThatIsNotKnown_IsRefused(string version) => Assert.Contains("cdiVersion", WrongWords(Yaml(version: version)));

    [Theory]
    [InlineData("0.3.0", "v.com/c", "d", "{mounts: [{hostPath: /a, containerPath: /b, type: none}]}", "0.4.0")]
    [InlineData("0.4.0", "v.com/c", "0", "{env: [A=b]}", "0.5.0")]
    [InlineData("0.4.0", "v.com/c", "d", "{deviceNodes: [{path: /x, hostPath: /y}]}", "0.5.0")]
    [InlineData("0.5.0", "v.com/c.d", "d", "{env: [A=b]}", "0.6.0")]
    [InlineData("0.6.0", "v.com/c", "d", "{additionalGids: [1]}", "0.7.0")]
    [InlineData("0.6.0", "v.com/c", "d", "{intelRdt: {closID: c}}", "0.7.0")]
    [InlineData("1.0.0", "v.com/c", "d", "{intelRdt: {schemata: [c]}}", "1.1.0")]
    [InlineData("1.0.0", "v.com/c", "d", "{netDevices: [{hostInterfaceName: a, name: b}]}", "1.1.0")]
    public void Version_ThatIsTooEarlyForAField_IsRefused(string version, string kind, string device, string edits, string needed)
    {
        Assert.Contains(needed, WrongWords(Yaml(version, kind, device, edits)));
        Assert.Single(Parse(Yaml(needed, kind, device, edits)).Devices);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("[]", "not a mapping")]
    [InlineData("a: [", "malformed YAML")]
    [InlineData("cdiVersion: 1.0.0\nkind: v.com/c\ndevices: []", "empty list")]
    [InlineData("cdiVersion: 1.0.0\nkind: v.com/c", "devices is missing")]
    [InlineData("cdiVersion: 1.0.0\nkind: c\ndevices: []", "vendor/class")]
    [InlineData("a: *nothing", "anchor")]
    [InlineData("a: &a [*a]", "anchor")]
    [InlineData("? [a]\n: b", "malformed")]
    public void Document_ThatIsNone_IsRefused(string text, string words) => Assert.Contains(words, WrongWords(text));

    [Fact]
    public void Document_ThatIsNoJson_IsRefused() => Assert.Contains("malformed JSON", WrongWords(Yaml(), "/etc/cdi/x.json"));

    [Fact]
    public void Device_ThatIsThereTwice_IsRefused() =>
        Assert.Contains("two devices", WrongWords(Yaml(more: "- {name: d, containerEdits: {env: [A=b]}}")));

    [Fact]
    public void SecondDocument_IsRefused() => Assert.Contains("second document", WrongWords(Yaml() + "---\n" + Yaml()));

    [Fact]
    public void Alias_StandsForWhatItNames() =>
        Assert.Equal(["A=b"], Parse(Yaml(edits: "&e {env: [A=b]}", more: "- name: other\n  containerEdits: *e\n")).Devices["other"].Plain.Env);

    /// <summary>Nine levels of nine: a file of some lines that would unfold into hundreds of millions of values.</summary>
    [Fact]
    public void Aliases_OfAliases_EndTheReading()
    {
        var text = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n" + string.Concat(Enumerable.Range(1, 9).Select(level =>
            $"a{level}: &a{level} [{string.Join(',', Enumerable.Repeat($"*a{level - 1}", 9))}]\n"));

        Assert.Contains("aliases", WrongWords(text));
    }

    [Theory]
    [InlineData("/x.yaml")]
    [InlineData("/x.json")]
    public void Nesting_BeyondTheLimit_EndsTheReading(string path) =>
        Assert.Matches("deep|depth", WrongWords(new string('[', 100_000) + new string(']', 100_000), path));

    [Fact]
    public void Bytes_ThatAreNoUtf8_AreRefused() =>
        Assert.Contains("UTF-8", Assert.Throws<FormatException>(() => CdiSpecFile.Parse("/x.yaml", [.. Encoding.UTF8.GetBytes(Yaml()), 0xff])).Message);
}
