import { describe, expect, it } from '@jest/globals';
import { assertJava, assertMaven, assertNode, isSupportedNode, javaMajor } from './prerequisites.js';

describe('prerequisites', () => {
  it('takes Node 20.19 and later in 20, 22.12 and later above', () => {
    const supported = ['v20.19.0', '20.20.2', 'v22.12.0', 'v24.0.0'];
    const refused = ['v18.20.0', 'v20.18.3', 'v21.7.0', 'v22.11.0', 'nonsense'];
    expect(supported.filter(isSupportedNode)).toEqual(supported);
    expect(refused.filter(isSupportedNode)).toEqual([]);
  });

  it('reads the version of every Java that writes one', () => {
    expect(javaMajor('openjdk version "17.0.15" 2025-04-15')).toBe(17);
    expect(javaMajor('java version "1.8.0_401"')).toBe(8);
    expect(javaMajor('openjdk version "21" 2023-09-19')).toBe(21);
    expect(javaMajor('command not found')).toBeNull();
  });

  it('names the remedy in one sentence', () => {
    expect(() => {
      assertNode('v18.0.0');
    }).toThrow(/Node v18.0.0 is not supported: install Node 20.19/);
    expect(() => {
      assertJava(() => null, 'java');
    }).toThrow(/Java was not found .*install one/);
    expect(() => {
      assertJava(() => 'openjdk version "11.0.2"', 'java');
    }).toThrow(/Java 11 is too old .*17 or later/);
    expect(() => {
      assertMaven(() => null);
    }).toThrow(/Maven was not found .*install it/);
  });
});
